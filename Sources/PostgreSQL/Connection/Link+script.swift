import CPostgreSQL

extension Link {
    /// Runs several statements of one text, without parameters, as one transaction unless they say otherwise.
    func script(_ sql: String) throws(DatabaseError) {
        if isInterrupted { throw cancelled() }
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        try runScript(sql)
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    private func runScript(_ sql: String) throws(DatabaseError) {
        guard !sql.utf8.contains(0) else { throw DatabaseError(.invalidParameter, "the script has a NUL character") }
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        var patience = Patience(deadline: deadline(for: 1), isInterruptible: true)
        try flush(&patience)
        let failure = try scriptFailure(&patience)
        if patience.isInterrupted { throw cancelled() }
        guard let failure else { return }
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        throw failure
    }

    private func scriptFailure(_ patience: inout Patience) throws(DatabaseError) -> DatabaseError? {
        var receipt = Receipt(count: 0, limit: configuration.resultLimit)
        while let result = try nextResult(&patience) {
            defer { PQclear(result) }
            _ = receipt.take(result, into: nil, "")
            if receipt.isFatal || isBroken { throw receipt.failure.map { lost(because: $0) } ?? lost() }
        }
        if isBroken { throw lost() }
        return receipt.failure
    }
}
