import DequeModule

/// The deliveries of one session that are not yet acknowledged or rejected, by tag. Pure.
struct HeldDeliveries {
    /// What to tell the broker.
    enum Word: Hashable {
        /// `multiple`: all up to it.
        case acknowledge(UInt64, multiple: Bool)
        case reject(UInt64, multiple: Bool = false, requeue: Bool)
    }

    /// Tags come in rising order.
    private var tags: Deque<UInt64> = []

    var isEmpty: Bool { tags.isEmpty }

    func contains(_ tag: UInt64) -> Bool { tags.contains(tag) }

    mutating func add(_ tag: UInt64) {
        tags.append(tag)
    }

    /// As few words as possible: the oldest that are done together take one. Tags not held are left out, for the broker
    /// closes the channel (406) on a tag it does not know.
    mutating func acknowledge(_ done: Set<UInt64>) -> [Word] {
        let oldest = tags.prefix { done.contains($0) }
        var words: [Word] = []
        if let last = oldest.last { words.append(.acknowledge(last, multiple: oldest.count > 1)) }
        words += tags.dropFirst(oldest.count).filter(done.contains).map { .acknowledge($0, multiple: false) }
        tags.removeAll(where: done.contains)
        return words
    }

    mutating func acknowledge(upTo tag: UInt64) -> [Word] {
        acknowledge(Set(tags.prefix { $0 <= tag }))
    }

    mutating func reject(_ tag: UInt64, requeue: Bool) -> [Word] {
        guard let index = tags.firstIndex(of: tag) else { return [] }
        tags.remove(at: index)
        return [.reject(tag, requeue: requeue)]
    }

    /// All of them, in one word: so the queue has them back in their order.
    mutating func giveBack() -> [Word] {
        guard let last = tags.popLast() else { return [] }
        defer { tags = [] }
        return [.reject(last, multiple: !tags.isEmpty, requeue: true)]
    }
}
