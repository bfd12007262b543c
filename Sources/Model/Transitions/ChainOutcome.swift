import FoundationEssentials

/// What must follow a change of a chain in the same transaction.
public enum ChainEffect: Sendable, Hashable {
    /// A lease that waits for this chain becomes active.
    case activateLease
    /// Its lease, waiting or active, ends.
    case endLease(LeaseEnd)
    /// A lease that waits for it ends; one that is active stays with its tenant.
    case endWaitingLease
    /// Its ports, its subnet and its place on the host are free again.
    case free
}

extension Chain {
    /// What the end of an operation changes.
    ///
    /// - Parameters:
    ///   - isNewest: whether no later operation of the chain is open; the newest decides the phase.
    ///   - aim: what was desired of the chain as of the operation. Something else may be desired since that nobody carries out: a
    ///     later operation was cancelled while it waited. Then a success settles nothing, and the chain stays failed as that left it.
    ///   - observed: what the agent saw at the end of a successful operation.
    public mutating func operationEnded(
        _ kind: OperationKind, _ end: OperationEnd, isNewest: Bool, aim: Desired?, observed: ObservedChain?
    ) -> [ChainEffect] {
        if let observed { see(observed) }
        guard isNewest else { return [] }
        switch end {
        case .superseded: return []
        case .succeeded: return aim == desired ? settle() : []
        case .failed(let error): return giveUp(kind, error.code.rawValue, error.message)
        case .cancelled: return giveUp(kind, WorkError.Code.cancelled.rawValue, "cancelled")
        }
    }

    private mutating func settle() -> [ChainEffect] {
        reason = nil
        switch desired.power {
        case .running:
            phase = .running
            return [.activateLease]
        case .stopped:
            phase = .stopped
            health = .unknown
            healthDetail = nil
            // Somebody stopped it while it was made: who waits for a running chain would wait for ever.
            return [.endWaitingLease]
        case .absent:
            phase = .gone
            health = .unknown
            healthDetail = nil
            nodes = []
            return [.endLease(.revoked), .free]
        }
    }

    private mutating func giveUp(_ kind: OperationKind, _ code: String, _ message: String) -> [ChainEffect] {
        guard kind != .repair else {
            health = .unhealthy
            healthDetail = "repair failed: \(message)"
            return []
        }
        phase = .failed
        reason = "\(code): \(message)"
        health = .unknown
        return [.endWaitingLease]
    }

    /// Takes over what was seen of the nodes and certificates, and the health that follows from it. Certificates last as long as
    /// an incarnation, so what was once seen of them holds until others are seen.
    public mutating func see(_ observed: ObservedChain) {
        nodes = plan.nodes.map { planned in
            observed.nodes.first { $0.name == planned.name } ?? ObservedNode(name: planned.name, state: .missing)
        }
        if let expiry = observed.certificatesExpireAt {
            certificatesExpireAt = Date(timeIntervalSince1970: TimeInterval(expiry))
        }
        guard desired.power == .running else { return }
        (health, healthDetail) = assessedHealth()
    }
}
