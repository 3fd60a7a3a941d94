sign-in-title = Sign in
sign-in-title-again = Confirm it’s you
sign-in-to = to continue to { $name }
sign-in-username = Username, email or phone
sign-in-password = Password
sign-in-submit = Sign in
sign-in-mismatch = That name and password don’t match. Check both and try again.
sign-in-too-many = { $seconds ->
    [one] Too many attempts. Please wait { $seconds } second and try again.
   *[other] Too many attempts. Please wait { $seconds } seconds and try again.
}
sign-in-form-expired = This page had been open too long. Please sign in again.
sign-in-suspended = This account is suspended. Please contact support.
sign-in-code = Send me a code instead
sign-in-nobody = Type your username, email or phone, so that we know where to send the code.
sign-in-forgotten = Forgot your password?
sign-in-register = Create an account
sign-in-via = Continue with { $name }
