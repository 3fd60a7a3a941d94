password-lead = Changing your password signs you out on every other device.
password-old = Current password
password-old-optional = Current password (not needed: you signed in a moment ago)
password-new = New password
password-hint = At least 8 characters. A few words that do not belong together are easy to remember and hard to guess.
password-submit = Change the password
password-submit-first = Set a password
password-none = You have no password yet.
password-done-changed = Password changed. You are signed out everywhere else.
password-mismatch = That is not your current password.
password-stale = Type your current password, or sign in again first.
password-too-many = { $seconds ->
    [one] Too many attempts. Please wait { $seconds } second and try again.
   *[other] Too many attempts. Please wait { $seconds } seconds and try again.
}
password-too-short = The new password is too short: it needs at least 8 characters.
password-too-long = The new password is too long.
password-personal = The new password is your own name, username, email or phone. Choose another one.
password-common = The new password is among the first that anybody would guess. Choose another one.
password-again = Sign in again
