/// Something that waits for a connection.
struct Work: Sendable {
    enum Verdict {
        case done
        /// Nothing happened; to be run again for this reason, if it has tries left.
        case again(DatabaseError)
    }

    /// Also the work's identity.
    let interruption: Interruption
    /// Until when it may wait in the queue.
    var deadline: ContinuousClock.Instant
    /// How often it was tried.
    var tries = 0
    /// Runs it on the thread of the connection; with `isLastTry`, the verdict is `done`.
    let run: @Sendable (_ link: Link, _ isLastTry: Bool) -> Verdict
    /// Ends it without running.
    let fail: @Sendable (DatabaseError) -> Void

    /// One try and three repeats.
    static let maximumTries = 4
}
