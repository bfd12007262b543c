import CPostgreSQL
import Threads

extension Link {
    /// Connects and logs in.
    /// - Parameter isClosing: asked whenever somebody rings: whether to give up.
    /// - Throws: `.unreachable`, `.refused`, `.timeout`, `.closed`.
    static func open(
        _ configuration: DatabaseConfiguration, _ wakeup: Wakeup, _ canceller: Canceller, isClosing: () -> Bool
    ) throws(DatabaseError) -> Link {
        guard let handle = configuration.parameters.withLists({ PQconnectStartParams($0, $1, 0) }) else {
            throw DatabaseError(.unreachable, "no memory for a connection")
        }
        // Complaints then begin with the SQLSTATE, which tells a refusal from a server that is not ready.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        // Without this libpq prints notices to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        do {
            try establish(handle, configuration, wakeup, isClosing)
        } catch {
            PQfinish(handle)
            throw error
        }
        return Link(handle, configuration, wakeup, canceller)
    }

    private static func establish(
        _ handle: OpaquePointer, _ configuration: DatabaseConfiguration, _ wakeup: Wakeup, _ isClosing: () -> Bool
    ) throws(DatabaseError) {
        let deadline = ContinuousClock.now + configuration.connectTimeout
        guard PQstatus(handle) != CONNECTION_BAD else { throw connectError(handle) }
        var events = PollEvents.writable
        while true {
            try awaitSocket(handle, events, configuration, wakeup, deadline, isClosing)
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = .readable
            case PGRES_POLLING_WRITING: events = .writable
            default: throw connectError(handle)
            }
        }
    }

    private static func awaitSocket(
        _ handle: OpaquePointer, _ events: PollEvents, _ configuration: DatabaseConfiguration, _ wakeup: Wakeup,
        _ deadline: ContinuousClock.Instant, _ isClosing: () -> Bool
    ) throws(DatabaseError) {
        while true {
            switch wakeup.sleep(socket: PQsocket(handle), events: events, until: deadline) {
            case .socketReady: return
            case .rung where isClosing(): throw DatabaseError(.closed, "the pool was closed")
            case .rung: continue
            case .deadline:
                throw DatabaseError(.timeout, "\(configuration) did not answer within \(configuration.connectTimeout)")
            }
        }
    }
}

// MARK: Why it failed

extension Link {
    private static func connectError(_ handle: OpaquePointer) -> DatabaseError {
        let reason = reason(handle)
        let state = sqlState(in: reason)
        let isRefused = state.map(SQLState.refusesLogin) ?? speaksOfTLS(reason)
        return DatabaseError(isRefused ? .refused : .unreachable, "cannot connect: \(reason)", sqlState: state)
    }

    /// The SQLSTATE in `… FATAL:  28P01: password authentication failed …`; nil if it was not the server who complained.
    static func sqlState(in reason: String) -> String? {
        let fields = reason.split(separator: ":").map { $0.drop { $0 == " " } }
        return fields.dropFirst().first(where: isSQLState).map(String.init)
    }

    /// Every SQLSTATE has a digit; FATAL has none.
    private static func isSQLState(_ field: Substring) -> Bool {
        field.utf8.count == 5 && field.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
            && field.contains(where: \.isNumber)
    }

    /// Both sides are there but don't agree on TLS: waiting does not help.
    private static func speaksOfTLS(_ reason: String) -> Bool {
        ["SSL", "certificate"].contains { reason.contains($0) }
    }
}
