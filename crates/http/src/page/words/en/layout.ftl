layout-promise = One sign-in, every mini-program.
layout-skip = Skip to content
layout-doubtful = Letters in this name imitate others. Check its ID: { $id }
