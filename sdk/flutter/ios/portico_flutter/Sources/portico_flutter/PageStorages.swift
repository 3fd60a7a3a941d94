import WebKit

/// Cookies and storage of mini-programs' pages, cleared when another person is launched. They are apart by site, since
/// `webview_flutter` makes every WebView with the default data store.
enum PageStorages {
    private static let kept = "dev.portico.flutter.owners"

    /// Has the storage of mini-program `id` ready for `person`, then goes on with `ready`.
    static func use(_ id: String, person: String, origins: Set<String>, ready: @escaping () -> Void) {
        var owners = UserDefaults.standard.dictionary(forKey: kept) as? [String: String] ?? [:]
        let before = owners[id]
        owners[id] = person
        UserDefaults.standard.set(owners, forKey: kept)
        guard let before, before != person else { return ready() }
        let hosts = origins.compactMap { URL(string: $0)?.host }
        let store = WKWebsiteDataStore.default()
        let types = WKWebsiteDataStore.allWebsiteDataTypes()
        store.fetchDataRecords(ofTypes: types) { records in
            let theirs = records.filter { record in hosts.contains { belongs($0, to: record.displayName) } }
            store.removeData(ofTypes: types, for: theirs, completionHandler: ready)
        }
    }

    /// A record is named by the registrable domain.
    private static func belongs(_ host: String, to site: String) -> Bool {
        host == site || host.hasSuffix("." + site)
    }
}
