error-detail = For developers
error-reference = Reference
error-back = Back to { $name }
error-not-found = Nothing here
    .text = This page doesn’t exist, or isn’t yours to see. Check the address, or go back to the app you came from.
error-link-expired = This link no longer works
    .text = It was used already, or it is too old. Go back to the app and start again; nothing has been changed.
error-form-expired = Please try that once more
    .text = The page had been open too long, so nothing was changed. Go back, reload it and send it again.
error-bad-request = This request can’t be read
    .text = The app that sent you here made a mistake. Nothing has been changed. Please tell its developer.
error-unknown-app = Unknown app
    .text = The app that sent you here isn’t registered, or has been switched off. Nothing was passed on to it.
error-unregistered-return = We stopped here to protect you
    .text = The address to return to isn’t one that this app has registered, so we did not go there. Nothing was passed on.
error-somebody-else = This is for somebody else
    .text = Another person is signed in in this browser. Sign out first, then open the app again and follow its link.
error-suspended = Account suspended
    .text = You can’t use this account at the moment. Please contact support and quote the reference, if there is one.
error-method-not-allowed = That doesn’t work here
    .text = This address can’t be used in this way. Go back to the app you came from and start again.
error-too-many = A little too fast
    .text = { $seconds ->
        [one] There were too many attempts. Please wait { $seconds } second and try again.
       *[other] There were too many attempts. Please wait { $seconds } seconds and try again.
    }
error-unavailable = Just a moment
    .text = We can’t answer right now. Your data is safe. Please try again in a few seconds.
error-internal = Something went wrong on our side
    .text = It isn’t your fault, and nothing was half done. Please try again; if it stays like this, quote the reference to support.
error-provider-failed = That way in doesn’t work right now
    .text = The other service gave no answer that we could use. You are not signed in and nothing has been changed. Try again, or sign in another way.
error-provider-refused = You were not signed in
    .text = The other service didn’t confirm who you are, or you cancelled there. Nothing has been changed. Go back and try again, or sign in another way.
error-identity-taken = Already connected elsewhere
    .text = That identity belongs to another account here, so nothing has been changed. Sign in to that account and disconnect it there first.
