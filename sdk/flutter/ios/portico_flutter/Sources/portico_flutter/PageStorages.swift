import WebKit

/// Cookies and storage of mini-programs' pages, cleared when another person is launched. They are apart by site, since
/// `webview_flutter` makes every WebView with the default data store.
enum PageStorages {
    private static let kept = "dev.portico.flutter.owners"

    /// Has the storage of mini-program `id` ready for `person`, then goes on with `ready`. Whose it is is noted once it
    /// has been cleared: an app that ends before clears it the next time.
    static func use(_ id: String, person: String, origins: Set<String>, ready: @escaping () -> Void) {
        let before = owners[id]
        guard let before, before != person else {
            remember(id, person)
            return ready()
        }
        let hosts = origins.compactMap { URL(string: $0)?.host }
        let store = WKWebsiteDataStore.default()
        let types = WKWebsiteDataStore.allWebsiteDataTypes()
        store.fetchDataRecords(ofTypes: types) { records in
            let theirs = records.filter { record in hosts.contains { belongs($0, to: record.displayName) } }
            store.removeData(ofTypes: types, for: theirs) {
                remember(id, person)
                ready()
            }
        }
    }

    private static var owners: [String: String] {
        UserDefaults.standard.dictionary(forKey: kept) as? [String: String] ?? [:]
    }

    private static func remember(_ id: String, _ person: String) {
        UserDefaults.standard.set(owners.merging([id: person]) { _, new in new }, forKey: kept)
    }

    /// A record is named by the registrable domain.
    private static func belongs(_ host: String, to site: String) -> Bool {
        host == site || host.hasSuffix("." + site)
    }
}
