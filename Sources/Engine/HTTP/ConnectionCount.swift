import Synchronization

/// How many connections are open. Beyond the bound there is a reserve for those that are told so, and for `/healthz`; what comes
/// beyond that too is closed without a word.
final class ConnectionCount: Sendable {
    enum Place {
        case welcome, surplus, tooMany
    }

    private let limit: Int
    private let reserve: Int
    private let open = Atomic<Int>(0)

    init(limit: Int, reserve: Int) {
        self.limit = limit
        self.reserve = reserve
    }

    func enter() -> Place {
        let count = open.add(1, ordering: .relaxed).newValue
        if count <= limit { return .welcome }
        return count <= limit + reserve ? .surplus : .tooMany
    }

    func leave() {
        open.subtract(1, ordering: .relaxed)
    }
}
