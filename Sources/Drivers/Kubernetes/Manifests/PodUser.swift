import Model

/// The user of a plan, `uid` or `uid:gid`.
struct PodUser: Sendable {
    let user: Int
    let group: Int?

    init?(_ text: String?) {
        guard let parts = text?.split(separator: ":", omittingEmptySubsequences: false), parts.count <= 2,
            let user = Int(parts[0])
        else { return nil }
        self.user = user
        group = parts.count == 2 ? Int(parts[1]) : nil
    }

    var isRoot: Bool { user == 0 }
}
