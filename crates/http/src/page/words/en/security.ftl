security-lead = How you sign in, and what keeps others out.
security-session = This sign-in
security-by-password = Password
security-by-email = Code by e-mail
security-by-phone = Code by text message
security-by-passkey = Passkey
security-by-provider = Another provider
security-by-other = Signed in
