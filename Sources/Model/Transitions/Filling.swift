/// Room on one host.
public struct HostRoom: Sendable, Hashable {
    public var host: HostID
    /// How many chains it can still take.
    public var free: Int

    public init(host: HostID, free: Int) {
        self.host = host
        self.free = free
    }
}

/// Where a chain goes: the host with the most room, the eldest among equals.
public func placement(among rooms: [HostRoom]) -> HostID? {
    rooms.filter { $0.free > 0 }
        .max { ($0.free, $1.host.description) < ($1.free, $0.host.description) }?
        .host
}

extension Pool {
    /// Where chains are to be made so that the pool is as warm as asked.
    ///
    /// - Parameters:
    ///   - unleased: how many chains of it are ready or on their way, and in nobody's hands.
    ///   - rooms: the autofill hosts that take chains now.
    ///   - most: how many may be made in one go.
    public func missing(unleased: Int, rooms: [HostRoom], most: Int) -> [HostID] {
        var rooms = rooms
        var hosts: [HostID] = []
        let wanted = wantedMore(unleased: unleased)
        while hosts.count < min(wanted, most), let host = placement(among: rooms) {
            hosts.append(host)
            rooms = rooms.map { $0.host == host ? HostRoom(host: host, free: $0.free - 1) : $0 }
        }
        return hosts
    }

    private func wantedMore(unleased: Int) -> Int {
        switch warm {
        case .full: .max
        case .chains(let count): max(0, count - unleased)
        }
    }
}
