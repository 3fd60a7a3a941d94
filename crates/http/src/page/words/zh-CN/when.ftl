when-stamp = { $year }年{ $month }月{ $day }日 { $time }（UTC）
