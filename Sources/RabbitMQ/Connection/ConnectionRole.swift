/// What a service does on its connection. Called on the connection's thread only; nothing here may wait.
protocol ConnectionRole: Sendable {
    /// Declares and subscribes on a fresh link.
    func prepare(_ link: Link) throws(BrokerError)
    /// Takes what the broker said.
    func handle(_ received: Received) throws(BrokerError)
    /// Everything the broker has said so far has been handled: writes what waits.
    /// - Returns: whether more waits for the socket to become writable.
    func write(to link: Link) throws(BrokerError) -> Bool
    /// The link is gone, or could not be made.
    func lost(_ error: BrokerError)
    /// Takes no new work from the broker and finishes what it has.
    func beginEnding()
    /// Nothing is left to finish.
    var isDrained: Bool { get }
    /// There will be no further link.
    func ended()
}
