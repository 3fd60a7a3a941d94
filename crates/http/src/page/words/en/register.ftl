register-title = Create an account
register-name = Your name
register-contact = Email, or phone with country code
register-contact-hint = We send a code there to make sure that it is yours.
register-submit = Send me a code
register-sign-in = I have an account
register-problem-name = Type your name, up to 100 characters.
register-problem-address = That is neither an email address nor a phone number with its country code, such as +44 20 7946 0000.
register-problem-unreachable = We cannot send messages to addresses of this kind. Try another one.
register-too-many = { $seconds ->
    [one] Too many codes were asked for. Please wait { $seconds } second and try again.
   *[other] Too many codes were asked for. Please wait { $seconds } seconds and try again.
}
register-form-expired = This page had been open too long. Please send it again.
register-there = You already have an account
register-there-lead = You are signed in to it. The password that you have just typed was not taken: name and password are what they were. You can set another password in your settings.
register-there-onward = Continue
