letter-unknown-device = an unnamed device
letter-sign-in =
    .subject = Your sign-in code
    .text =
        Your code for signing in at { $site }:

        { $code }

        It is good for ten minutes and works once. Nobody from support will ever ask you for it.

        If you did not ask for it, you need not do anything: without the code nobody can sign in.
    .short = { $code } is your code for signing in at { $site }. Tell it to nobody.
letter-register =
    .subject = Your code for a new account
    .text =
        Your code for making an account at { $site }:

        { $code }

        It is good for ten minutes and works once.

        If you did not ask for it, you need not do anything: without the code no account is made.
    .short = { $code } is your code for a new account at { $site }. Tell it to nobody.
letter-has-account =
    .subject = You already have an account
    .text =
        Somebody, probably you, has tried to make an account at { $site } with this address. You have one already. This code signs you in to it:

        { $code }

        It is good for ten minutes and works once. Your name and your password stay as they are. Nobody from support will ever ask you for the code.

        If it was not you, you need not do anything.
    .short = You already have an account at { $site }. { $code } signs you in. Tell it to nobody.
letter-recover =
    .subject = Your code for a new password
    .text =
        Your code for setting a new password at { $site }:

        { $code }

        It is good for ten minutes and works once. Nobody from support will ever ask you for it.

        If you did not ask for it, you need not do anything: your password stays as it is.
    .short = { $code } is your code for a new password at { $site }. Tell it to nobody.
letter-verify =
    .subject = Your code to confirm this address
    .text =
        Somebody who is signed in at { $site }, probably you, wants to add this address to their account. To confirm it, type in this code:

        { $code }

        It is good for ten minutes and works once. Nobody from support will ever ask you for it.

        If you did not ask for it, you need not do anything: without the code nothing is added.
    .short = { $code } confirms this number for an account at { $site }. Tell it to nobody.
letter-main-changed =
    .subject = This is no longer your main address
    .text =
        Your account at { $site } is now reached first somewhere else than here: { $time }.

        If it was you, you need not do anything.

        If it was not, sign in, look at “Ways to reach you” in your settings, and change your password.
    .short = This is no longer the main number of your account at { $site }: { $time }. Not you? Change your password.
letter-address-added =
    .subject = An address was added to your account
    .text =
        Another e-mail address or phone number was added to your account at { $site }: { $time }. It can be used to sign in.

        If it was you, you need not do anything.

        If it was not, sign in, remove it in your settings under “Ways to reach you”, and change your password.
    .short = An address or number was added to your account at { $site }: { $time }. Not you? Remove it and change your password.
letter-address-removed =
    .subject = An address was removed from your account
    .text =
        An e-mail address or phone number was removed from your account at { $site }: { $time }. It no longer signs in.

        If it was you, you need not do anything.

        If it was not, sign in, look at “Ways to reach you” in your settings, and change your password. If you cannot sign in any more, tell those who run the site.
    .short = An address or number was removed from your account at { $site }: { $time }. Not you? Change your password.
letter-moved =
    .subject = An address was taken out of your account
    .text =
        Somebody else has shown that an e-mail address or phone number of your account at { $site } is theirs now: { $time }. You can no longer sign in with it.

        If you have given that address or number up, you need not do anything.

        If it is still yours, add it again in your settings under “Ways to reach you”.
    .short = Somebody else has confirmed an address of your account at { $site } as theirs: { $time }. Look at your settings.
letter-password-changed =
    .subject = Your password was changed
    .text =
        The password of your account at { $site } was changed: { $time }. You have been signed out everywhere else.

        If it was you, you need not do anything.

        If it was not, set a new password at once: choose “Forgot your password?” on the sign-in page.
    .short = Your password at { $site } was changed: { $time }. Not you? Set a new one from the sign-in page.
letter-new-device =
    .subject = A sign-in on a new device
    .text =
        Somebody has signed in to your account at { $site } on a device where you had not signed in before.

        Device: { $device }
        Time: { $time }

        If it was you, you need not do anything.

        If it was not, sign out that device in your settings under “Devices”, and change your password.
    .short = New sign-in at { $site }: { $device }, { $time }. Not you? Change your password.
letter-step-up =
    .subject = Your code to confirm that it’s you
    .text =
        Your code to confirm at { $site } that it’s you:

        { $code }

        It is good for ten minutes and works once. Nobody from support will ever ask you for it.

        If you did not ask for it, somebody may be using your account: sign in and end the sessions that you do not know.
    .short = { $code } confirms at { $site } that it’s you. Tell it to nobody.
letter-passkey-added =
    .subject = A passkey was added to your account
    .text =
        A passkey was added to your account at { $site }: { $time }. It signs in without your password.

        If it was not you, sign in, remove it under Security, and change your password.
    .short = A passkey was added to your account at { $site }. If it was not you, sign in and remove it under Security.
letter-passkey-removed =
    .subject = A passkey was removed from your account
    .text =
        A passkey was removed from your account at { $site }: { $time }. It no longer signs in.

        If it was not you, sign in and look at your account under Security.
    .short = A passkey was removed from your account at { $site }. If it was not you, sign in and look under Security.
letter-passkey-copied =
    .subject = A passkey of yours was refused
    .text =
        Somebody tried to sign in at { $site } with a passkey of yours that seems to have been copied, and was refused: { $time }.

        Sign in another way, remove that passkey under Security, and add a new one.
    .short = A passkey of yours seems to have been copied and was refused at { $site }. Sign in another way and remove it under Security.
