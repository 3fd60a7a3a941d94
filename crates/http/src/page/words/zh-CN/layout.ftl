layout-promise = 一次登录，畅用所有小程序。
layout-skip = 跳到正文
layout-doubtful = 此名称中的字母容易与其他字母混淆，请核对其 ID：{ $id }
