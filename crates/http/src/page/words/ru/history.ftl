history-lead = Что вы решили и какими словами вас спросили.
history-none = Вас пока ни о чём не спрашивали.
history-pre-authorisation-ended = Больше не разрешено оператором
history-words-shown = Что вам показали
history-older = Показать более ранние решения
