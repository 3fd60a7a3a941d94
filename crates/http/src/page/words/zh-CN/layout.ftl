layout-promise = 一次登录，畅用所有小程序。
layout-skip = 跳到正文
