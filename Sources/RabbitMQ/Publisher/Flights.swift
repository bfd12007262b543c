import DequeModule

/// The messages that were written and not yet confirmed, by the number that the channel gave them: 1, 2, 3…
struct Flights<Flight> {
    /// Confirms come in any order: a settled one is nil until those before it are settled too.
    private var slots: Deque<Flight?> = []
    private var firstTag: UInt64 = 1
    private(set) var count = 0

    mutating func append(_ flight: Flight) -> UInt64 {
        slots.append(flight)
        count += 1
        return firstTag + UInt64(slots.count) - 1
    }

    /// Does nothing for a number that is settled or was never given.
    mutating func update(_ tag: UInt64, _ change: (inout Flight) -> Void) {
        guard let index = index(of: tag), var flight = slots[index] else { return }
        change(&flight)
        slots[index] = flight
    }

    /// - Parameter multiple: all up to `tag`.
    mutating func remove(_ tag: UInt64, multiple: Bool) -> [Flight] {
        let indices = multiple ? 0..<index(upTo: tag) : index(of: tag).map { $0..<$0 + 1 } ?? 0..<0
        let removed = indices.compactMap { slots[$0] }
        for index in indices { slots[index] = nil }
        count -= removed.count
        dropSettled()
        return removed
    }

    /// The channel is gone: the next one counts from 1 again.
    mutating func removeAll() -> [Flight] {
        defer { self = Flights() }
        return slots.compactMap { $0 }
    }

    private func index(of tag: UInt64) -> Int? {
        guard tag >= firstTag, tag < firstTag + UInt64(slots.count) else { return nil }
        return Int(tag - firstTag)
    }

    private func index(upTo tag: UInt64) -> Int {
        tag < firstTag ? 0 : min(slots.count, Int(clamping: tag - firstTag) + 1)
    }

    private mutating func dropSettled() {
        let settled = slots.prefix { $0 == nil }.count
        slots.removeFirst(settled)
        firstTag += UInt64(settled)
    }
}
