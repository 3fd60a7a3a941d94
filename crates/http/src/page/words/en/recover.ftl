recover-title = Set a new password
recover-lead = We send a code to a verified address of yours. Setting a new password signs you out everywhere else.
recover-submit = Send me a code
recover-sign-in = Back to signing in
