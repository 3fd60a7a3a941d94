security-lead = Как вы входите и что защищает вашу учётную запись.
security-session = Этот вход
security-by-password = Пароль
security-by-email = Код по почте
security-by-phone = Код в SMS
security-by-passkey = Ключ доступа
security-by-provider = Другая служба входа
security-by-other = Вход выполнен
