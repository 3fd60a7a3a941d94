history-lead = 您作过的每个决定，以及当时向您显示的说明。
history-none = 目前还没有应用向您请求过授权。
history-pre-authorisation-ended = 运营方已取消授权
history-words-shown = 当时显示的说明
history-older = 显示更早的记录
