public import Model

/// Speaks to one kind of host. Everything above it knows only this protocol.
///
/// Laws, held by the conformance suite:
/// * Every call may be cut off at any point and made again, by this agent or another, also at the same time; the end is the same.
/// * Only objects labelled with the context's installation are seen, changed or removed; removal names ids.
/// * `context.mayAct()` is asked before every call to the host; each such call ends within 10 s or is safe to land late.
/// * Task cancellation is answered within one call to the host, by `WorkError` with disposition `cancelled`.
public protocol Driver: Sendable {
    /// Reaches the host and finds out whether it is of the right kind and what it has.
    func probe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostFacts

    /// Makes the chain look as desired (create, start, stop, restart, reset, delete and repair alike): observe, diff, act, wait
    /// for healthy. Returns what is there at the end; no nodes when `absent`.
    func converge(_ work: ChainWork, on host: HostTarget, _ context: WorkContext) async throws(WorkError) -> ObservedChain

    /// Everything of this installation on the host.
    func observe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostObservation

    /// The host's own signals that something of ours may have changed since the call; ends when the connection ends.
    func signals(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> AsyncThrowingStream<Void, any Error>

    /// Removes the named objects; one that is missing already is no error, one of another installation is left alone.
    func remove(_ objects: [ObjectReference], on host: HostTarget, _ context: WorkContext) async throws(WorkError)

    /// The vault of one incarnation as it lies on the host; `nil` when there is none.
    func vault(of chain: ChainID, incarnation: Int, on host: HostTarget, _ context: WorkContext) async throws(WorkError)
        -> SealedVault?

    /// A part of a node's log, the chain's secrets blotted out (`Blotter`); see `LogRequest.answer`.
    func logs(_ request: LogRequest, on host: HostTarget, _ context: WorkContext) async throws(WorkError) -> LogPiece
}

/// What a driver is given with every call.
public struct WorkContext: Sendable {
    public let installation: InstallationID
    /// Makes and opens vaults with the site's key.
    public let vaults: any VaultSmith
    /// The host's, opened; `nil` where it has none.
    public let credentials: HostCredentials?
    /// Throws `termEnded` when the agent's term is over: nothing may be done to the host any more.
    public let mayAct: @Sendable () throws(WorkError) -> Void
    /// Told while long work goes on; never waits.
    public let progress: @Sendable (Progress) -> Void

    public init(
        installation: InstallationID, vaults: any VaultSmith, credentials: HostCredentials? = nil,
        mayAct: @escaping @Sendable () throws(WorkError) -> Void,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.installation = installation
        self.vaults = vaults
        self.credentials = credentials
        self.mayAct = mayAct
        self.progress = progress
    }
}
