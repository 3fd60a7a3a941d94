security-lead = 您的登录方式，以及账号的安全保护。
security-session = 本次登录
security-by-password = 密码
security-by-email = 邮件验证码
security-by-phone = 短信验证码
security-by-passkey = 通行密钥
security-by-provider = 其他账号
security-by-other = 已登录
