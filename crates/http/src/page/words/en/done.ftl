done-title = Your answer was saved
done-lead = You can go back to the app now. You can change your mind in the settings at any time.
