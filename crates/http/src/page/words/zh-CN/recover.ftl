recover-title = 设置新密码
recover-lead = 我们会向您已验证的邮箱或手机号发送验证码。设置新密码后，其他设备都会退出登录。
recover-submit = 获取验证码
recover-sign-in = 返回登录
