import CPostgreSQL
import Threads

/// One connection of libpq. Belongs to one thread, and blocks it; but every wait has a deadline and ends for an interruption.
///
/// libpq stays in pipeline mode: a statement used for the first time, and the BEGIN before it, cost no round trip of their own.
///
/// A link is used as long as `isUsable`. It is not any more when the connection broke, when a deadline passed (an answer
/// may still come, and would be taken for that of the next question), and after a cancellation (the request may arrive
/// late and hit the next statement). Then it is closed and another is opened.
final class Link {
    let handle: OpaquePointer
    let configuration: DatabaseConfiguration
    let wakeup: Wakeup
    let canceller: Canceller
    var statements: StatementCache
    private(set) var isUsable = true
    /// Whose work this is at the moment.
    var interruption: Interruption?

    /// Takes over a connection that is established.
    init(_ handle: OpaquePointer, _ configuration: DatabaseConfiguration, _ wakeup: Wakeup, _ canceller: Canceller) {
        self.handle = handle
        self.configuration = configuration
        self.wakeup = wakeup
        self.canceller = canceller
        statements = StatementCache(limit: configuration.statementLimit)
        PQsetnonblocking(handle, 1)
        PQenterPipelineMode(handle)
    }

    deinit {
        PQfinish(handle)
    }

    var socket: Int32 { PQsocket(handle) }
    var isBroken: Bool { PQstatus(handle) == CONNECTION_BAD }
    /// Whether the server holds a transaction open for us.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// Whether that transaction can only be rolled back.
    var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }
    /// Whether the task we work for was cancelled.
    var isInterrupted: Bool { interruption?.isRequested == true }

    func discard() {
        isUsable = false
    }

    func lost(_ statement: String? = nil) -> DatabaseError {
        discard()
        return DatabaseError(.connectionLost, "the connection broke: \(Self.reason(handle))", statement: statement)
    }

    /// The first line of libpq's last complaint.
    static func reason(_ handle: OpaquePointer) -> String {
        let text = String(cString: PQerrorMessage(handle))
        return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no reason given"
    }

    /// Looks, without waiting, whether the server has closed the connection since it was last used.
    func isAlive() -> Bool {
        guard isUsable, PQconsumeInput(handle) == 1, !isBroken else { return false }
        while let notification = PQnotifies(handle) { PQfreemem(notification) }
        return true
    }
}
