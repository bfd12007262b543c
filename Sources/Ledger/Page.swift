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

/// Which part of a list is asked for.
public struct PageRequest: Sendable, Hashable {
    /// `next` of the part before; `nil` for the first. One that is no id gives an empty list.
    public var after: String?
    /// 1 … 200.
    public var limit: Int

    public init(after: String? = nil, limit: Int = 50) {
        self.after = after
        self.limit = min(max(limit, 1), 200)
    }
}

extension PageRequest {
    /// The id after which the page begins; all zeros for the first.
    var start: UUID {
        guard let after else { return UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }
        return UUID(uuidString: after)
            ?? UUID(uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
    }
}
