import FoundationEssentials

/// A part of a list, in the order of the ids.
public struct Page<T: Sendable>: Sendable {
    public var items: [T]
    /// Where the next part begins; `nil` at the end.
    public var next: String?

    public init(items: [T], next: String?) {
        self.items = items
        self.next = next
    }

    public func map<U: Sendable>(_ transform: (T) throws -> U) rethrows -> Page<U> {
        Page<U>(items: try items.map(transform), next: next)
    }
}

/// Which part of a list is asked for. Ids are in the order in which things were made.
public struct PageRequest: Sendable, Hashable {
    /// `next` of the part before; `nil` for the first. One that is no id gives an empty list.
    public var after: String?
    /// 1 … 200.
    public var limit: Int
    /// The youngest first.
    public var isDescending: Bool

    public init(after: String? = nil, limit: Int = 50, isDescending: Bool = false) {
        self.after = after
        self.limit = min(max(limit, 1), 200)
        self.isDescending = isDescending
    }
}

extension PageRequest {
    /// The id after which the page begins; one beyond all others for the first.
    var start: UUID {
        guard let after else { return isDescending ? Self.last : Self.first }
        return UUID(uuidString: after) ?? (isDescending ? Self.first : Self.last)
    }

    /// The condition of a page whose `start` is `$1`.
    func after(_ column: StaticString) -> String { "\(column) \(isBehind) $1" }

    /// Compares what is on the page with where it begins.
    var isBehind: String { isDescending ? "<" : ">" }

    func order(_ column: StaticString) -> String { "\(column)\(isDescending ? " DESC" : "")" }

    private static let first = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    private static let last = UUID(
        uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
}
