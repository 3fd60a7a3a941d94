layout-promise = Один вход — все мини-приложения.
layout-skip = Перейти к содержанию
