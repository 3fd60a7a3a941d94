layout-promise = One sign-in, every mini-program.
layout-skip = Skip to content
