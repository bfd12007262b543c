public import Model

extension Ledger {
    /// Asks for the work of an operation once more. One that waits for its next attempt is due at once; for one that failed or
    /// was cancelled there is a new operation of the same kind, with the priority of a tenant's work.
    ///
    /// What is wanted stays as it is, so only the latest operation of its chain, or of its host itself, can be retried: a later
    /// one wants something else.
    ///
    /// - Returns: the operation that does the work now.
    /// - Throws: `notFound`; `conflict` with `not-retryable` or with a `Refusal`'s code.
    public func retry(_ id: OperationID) async throws(LedgerError) -> Model.Operation {
        try await change { book in
            try book.lockHost(of: id)
            let next = try book.retry(try book.operation(id).operation)
            try book.write()
            return try book.operation(next).operation
        }
    }
}

extension Book {
    func retry(_ operation: Operation) throws -> OperationID {
        guard !operation.kind.isParent else {
            throw Self.notRetryable("it is done by other operations: retry those that failed, or ask for it again")
        }
        switch operation.status {
        case .retrying:
            try apply(.hurry, to: operation.id)
            try dispatchIfFree(operation.id)
            return operation.id
        case .failed, .cancelled:
            guard try isLatest(operation) else {
                throw Self.notRetryable("a later operation has taken its place; look at that one")
            }
            return try redo(operation)
        case .queued, .sent, .working:
            throw Self.notRetryable("the operation is \(operation.status.rawValue); it is under way already")
        case .succeeded, .superseded:
            throw Self.notRetryable("the operation is \(operation.status.rawValue); there is nothing to retry")
        }
    }

    private func redo(_ operation: Operation) throws -> OperationID {
        guard let id = operation.chain else { return try redoForHost(operation) }
        var entry = try chain(id)
        // An earlier operation may still be open: the later one was cancelled while it waited for that.
        try makeWay(for: operation.kind, among: openWork(of: id))
        entry.now.chain = try entry.chain.retried(operation.kind)
        chains[id] = entry
        return try add(operation.kind, host: operation.host, chain: entry.chain, priority: .tenant)
    }

    private func redoForHost(_ operation: Operation) throws -> OperationID {
        guard try host(operation.host).host.status != .gone else {
            throw LedgerError.notFound(what: "host", id: operation.host.description)
        }
        return try accept(operation.kind, forHost: operation.host)
    }

    private func isLatest(_ operation: Operation) throws -> Bool {
        try !store.hasLater(than: operation)
    }

    private static func notRetryable(_ detail: String) -> LedgerError {
        .conflict(code: "not-retryable", detail: detail)
    }
}
