history-lead = What you decided, and the words you were shown.
history-none = You have not been asked for anything yet.
history-pre-authorisation-ended = No longer allowed by the operator
history-words-shown = What you were shown
history-older = Show earlier decisions
