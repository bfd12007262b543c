/// What decides whether a queued operation may be sent now.
public struct DispatchSituation: Sendable, Hashable {
    public var hostStatus: HostStatus
    /// Operations in flight on the host.
    public var inFlightOnHost: Int
    public var parallel: Int
    /// Whether both it and an operation in flight on a host of the same queue are suspects.
    public var isOneSuspectTooMany: Bool
    /// Whether another operation of the same chain is in flight.
    public var chainInFlight: Bool
    /// Whether an attempt of an earlier operation of the chain may still act.
    public var unquietAttempts: Bool

    public init(
        hostStatus: HostStatus, inFlightOnHost: Int, parallel: Int, isOneSuspectTooMany: Bool = false, chainInFlight: Bool,
        unquietAttempts: Bool
    ) {
        self.hostStatus = hostStatus
        self.inFlightOnHost = inFlightOnHost
        self.parallel = parallel
        self.isOneSuspectTooMany = isOneSuspectTooMany
        self.chainInFlight = chainInFlight
        self.unquietAttempts = unquietAttempts
    }

    /// `nil` when it may be sent.
    public func obstacle(for kind: OperationKind) -> WaitingFor? {
        if !hostTakes(kind) { return .host }
        if chainInFlight { return .operation }
        if unquietAttempts { return .term }
        return inFlightOnHost < parallel && !isOneSuspectTooMany ? nil : .window
    }

    private func hostTakes(_ kind: OperationKind) -> Bool {
        switch kind {
        case .hostCreate: hostStatus != .gone
        case .hostDelete: hostStatus == .deleting
        default: hostStatus == .active || hostStatus == .unreachable
        }
    }
}
