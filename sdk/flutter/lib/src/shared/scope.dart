/// The scopes of a space-separated list (RFC 6749 §3.3), each once.
Set<String> scopes(String list) => list.split(' ').where((scope) => scope.isNotEmpty).toSet();

/// Everything in [list] and in [more].
String union(String list, String more) => scopes('$list $more').join(' ');

/// What is in [list] and not in [removed].
String without(String list, String removed) => scopes(list).difference(scopes(removed)).join(' ');

/// Whether all of [wanted] is in [list].
bool covers(String list, String wanted) => scopes(list).containsAll(scopes(wanted));
