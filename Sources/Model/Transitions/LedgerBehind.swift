/// A ledger that was restored from a backup meets hosts that have gone on since: truth 9.
extension Chain {
    private static let behind = WorkError.Code.ledgerBehind.rawValue + ":"

    /// Whether its host knows more of it than the ledger, so that an operator has to decide.
    public var isBehind: Bool { phase == .failed && reason?.hasPrefix(Self.behind) == true }

    /// Whether what was seen is of a later time than what is wanted.
    public func isBehind(_ observed: ObservedChain) -> Bool {
        observed.nodes.contains { $0.generation > desired.generation || $0.incarnation > desired.incarnation }
    }

    /// The host turned out to know more: nothing is done about it any more.
    public mutating func fellBehind(_ observed: ObservedChain) -> [ChainEffect] {
        see(observed)
        phase = .failed
        health = .unknown
        healthDetail = nil
        reason = "\(Self.behind) its host knows a later state than the ledger; an operator lifts the host's hold"
        return [.endWaitingLease]
    }

    /// Given back while it may not be touched: it is on its way out as soon as that is over.
    public mutating func giveBackLater() {
        desired.power = .absent
        desired.generation += 1
    }

    /// An operator has decided: what the ledger wants counts again, as something newer than all that was seen.
    ///
    /// - Returns: what has to be done for it.
    public mutating func resume(above seen: SeenAhead) -> OperationKind {
        desired.generation = max(desired.generation, seen.generation) + 1
        desired.incarnation = max(desired.incarnation, seen.incarnation)
        desired.restarts = max(desired.restarts, seen.restarts)
        reason = nil
        switch desired.power {
        case .running: return .start
        case .stopped: return .stop
        case .absent:
            phase = .deleting
            return .delete
        }
    }
}
