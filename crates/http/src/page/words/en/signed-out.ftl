signed-out-question = Sign out?
signed-out-asked-by = { $name } asks to sign you out.
signed-out-consequence = All mini-programs that you opened with this sign-in will close.
signed-out-stay = Stay signed in
signed-out-sign-out = Sign out
signed-out-done = You’re signed out
signed-out-done-text = All mini-programs that you had opened have been told. You can close this page.
signed-out-back = Back to { $name }
