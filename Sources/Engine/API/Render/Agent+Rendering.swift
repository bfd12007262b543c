import Ledger
import Model

extension HeardAgent {
    var json: JSONValue {
        .object([
            "id": .id(presence.id), "name": .string(presence.name), "site": .string(presence.site),
            "driver": .word(presence.driver), "version": .string(presence.version),
            "schemas": .array(presence.schemas.map(JSONValue.integer)), "working": .array(presence.working.map { .id($0) }),
            "firstSeenAt": .date(firstSeenAt), "lastSeenAt": .date(lastSeenAt),
        ])
    }
}

extension DeadLetter {
    var json: JSONValue {
        .object([
            "id": .id(id), "at": .date(at), "queue": .string(queue), "reason": .string(reason), "detail": .optional(detail),
            "headers": headers, "size": .integer(size),
        ])
    }
}

/// Where agents are that can be heard.
struct Attendance: Sendable {
    private struct Post: Hashable {
        var driver: DriverKind
        var site: String
    }

    private let posts: Set<Post>

    init(_ agents: [HeardAgent]) {
        posts = Set(agents.map { Post(driver: $0.presence.driver, site: $0.presence.site) })
    }

    /// Whether nobody is there to work on a host.
    func lacks(_ host: Host) -> Bool {
        !posts.contains(Post(driver: host.target.driver, site: host.site))
    }
}
