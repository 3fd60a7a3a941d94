signed-out-question = Выйти?
signed-out-asked-by = { $name } предлагает вам выйти.
signed-out-consequence = Все мини-приложения, открытые с этим входом, закроются.
signed-out-stay = Остаться
signed-out-sign-out = Выйти
signed-out-done = Вы вышли
signed-out-done-text = Все открытые вами мини-приложения об этом узнали. Страницу можно закрыть.
signed-out-back = Назад в { $name }
