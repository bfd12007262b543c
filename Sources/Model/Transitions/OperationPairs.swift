/// What becomes of a request while an earlier operation of the same chain is not over.
public enum PairDecision: Sendable, Hashable {
    /// Nothing stands in the way of it being sent.
    case free
    /// It is queued behind the one in flight.
    case waits
    /// The queued or retrying one ends `superseded`; the newer takes its place (and waits if one is in flight).
    case supersedes
    /// 409.
    case refused(Refusal)
}

/// Why a request is refused with 409.
public enum Refusal: String, Error, Sendable, Hashable, CaseIterable {
    /// The chain is on its way out.
    case chainDeleting = "chain-deleting"
    /// Something is under way already; a repair looks again later.
    case chainBusy = "chain-busy"
    case chainLeased = "chain-leased"
    case chainGone = "chain-gone"
    case hostNotEmpty = "host-not-empty"
    case hostDeleting = "host-deleting"
    /// Another request about many of its chains is under way.
    case hostBusy = "host-busy"
    /// A single node of a stopped chain can't be asked for.
    case chainStopped = "chain-stopped"
    /// The host knows more than the ledger; an operator has to lift its hold first.
    case ledgerBehind = "ledger-behind"
}

extension OperationKind {
    /// The table of pairs: `self` is asked for while `inFlight` is sent or working and `queued` is queued or retrying.
    ///
    /// | asked for | any delete open | only in flight | queued or retrying | nothing |
    /// |---|---|---|---|---|
    /// | start, stop, restart, reset, delete | refused | waits | supersedes | free |
    /// | repair, sweep | refused | refused | refused | free |
    public func decision(inFlight: OperationKind?, queued: OperationKind?) -> PairDecision {
        if inFlight == .delete || queued == .delete { return .refused(.chainDeleting) }
        if self == .repair || self == .hostSweep, inFlight != nil || queued != nil { return .refused(.chainBusy) }
        if queued != nil { return .supersedes }
        return inFlight == nil ? .free : .waits
    }
}
