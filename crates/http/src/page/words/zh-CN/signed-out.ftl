signed-out-question = 要退出登录吗？
signed-out-asked-by = { $name } 请求让您退出登录。
signed-out-consequence = 您在本次登录中打开的所有小程序都会关闭。
signed-out-stay = 保持登录
signed-out-sign-out = 退出登录
signed-out-done = 您已退出登录
signed-out-done-text = 已通知您打开过的所有小程序。您可以关闭此页面。
signed-out-back = 返回 { $name }
