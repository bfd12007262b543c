import CPostgreSQL

/// What one statement of an exchange gave.
struct StatementResult {
    var rows = RowSet()
    /// Rows inserted, updated, deleted or selected.
    var affected = 0
    /// The command as the server understood it: COMMIT of a failed transaction is a ROLLBACK.
    var command = ""
}

extension Link {
    /// One answer to expect, in order.
    private enum Step {
        /// The preparation of a statement.
        case prepare(StatementCache.Key)
        case deallocate(String)
        case execute(Int)
    }

    /// Sends the statements together and reads all answers: one round trip. Outside of a transaction they are one together.
    ///
    /// The first error skips the rest, and is thrown when the answers are read to their end: the link stays usable.
    /// - Throws: any code that concerns a statement; after `.connectionLost`, `.timeout` of a silent server, `.cancelled`
    ///   and `.resultTooLarge` the link is no longer usable.
    /// - Parameter limit: how long it may last; what the statements may last together, unless said.
    func exchange(
        _ batch: [Statement], isInterruptible: Bool = true, within limit: Duration? = nil
    ) throws(DatabaseError) -> [StatementResult] {
        if isInterruptible, isInterrupted { throw cancelled() }
        for statement in batch { try statement.checkValues() }
        let deadline = limit.map { .now + $0 } ?? deadline(for: batch.count)
        var patience = Patience(deadline: deadline, isInterruptible: isInterruptible)
        let steps = try send(batch)
        try flush(&patience)
        return try receive(steps, batch, &patience)
    }

    /// The server's own limit comes first; ours is for a server that is silent.
    func deadline(for statements: Int) -> ContinuousClock.Instant {
        let limit = configuration.statementTimeout
        return .now + limit * statements + min(limit, .seconds(5))
    }
}

// MARK: Sending

extension Link {
    private func send(_ batch: [Statement]) throws(DatabaseError) -> [Step] {
        var steps: [Step] = []
        for (index, statement) in batch.enumerated() {
            let key = StatementCache.Key(sql: statement.sql, types: statement.types)
            let plan = statements.plan(for: key)
            for name in plan.evicted {
                try sent(PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0))
                steps.append(.deallocate(name))
            }
            if plan.mustPrepare {
                try sendPrepare(statement, as: plan.name)
                steps.append(.prepare(key))
            }
            try sendExecute(statement, as: plan.name)
            steps.append(.execute(index))
        }
        try sent(PQpipelineSync(handle))
        return steps
    }

    private func sendPrepare(_ statement: Statement, as name: String) throws(DatabaseError) {
        let types = statement.types.map(\.oid)
        try sent(PQsendPrepare(handle, name, statement.sql, Int32(types.count), types))
    }

    private func sendExecute(_ statement: Statement, as name: String) throws(DatabaseError) {
        let count = Int32(statement.values.count)
        let status = CStringList(statement.values).withPointers { values in
            PQsendQueryPrepared(handle, name, count, values, nil, nil, 0)
        }
        try sent(status)
    }

    private func sent(_ status: Int32) throws(DatabaseError) {
        guard status == 1 else { throw lost() }
    }
}

// MARK: Receiving

extension Link {
    private func receive(
        _ steps: [Step], _ batch: [Statement], _ patience: inout Patience
    ) throws(DatabaseError) -> [StatementResult] {
        var receipt = Receipt(count: batch.count, limit: configuration.resultLimit)
        for step in steps { try receive(step, batch, &receipt, &patience) }
        try receiveSync(&patience)
        if patience.isInterrupted { throw cancelled() }
        if let failure = receipt.failure { throw failure }
        return receipt.results
    }

    private func receive(
        _ step: Step, _ batch: [Statement], _ receipt: inout Receipt, _ patience: inout Patience
    ) throws(DatabaseError) {
        switch step {
        case .prepare(let key):
            let isPrepared = try receive(into: nil, key.sql, &receipt, &patience)
            if !isPrepared { statements.notPrepared(key) }
        case .deallocate(let name):
            let isGone = try receive(into: nil, "DEALLOCATE", &receipt, &patience)
            if !isGone { statements.notDeallocated(name) }
        case .execute(let index):
            PQsetSingleRowMode(handle)
            _ = try receive(into: index, batch[index].sql, &receipt, &patience)
        }
    }

    /// Reads the results of one step up to the nil that ends them.
    /// - Returns: whether the step succeeded.
    private func receive(
        into index: Int?, _ sql: String, _ receipt: inout Receipt, _ patience: inout Patience
    ) throws(DatabaseError) -> Bool {
        var isSuccess = true
        while let result = try nextResult(&patience) {
            defer { PQclear(result) }
            if !receipt.take(result, into: index, sql) { isSuccess = false }
            try check(receipt, sql)
        }
        if isBroken { throw receipt.failure.map { lost(because: $0) } ?? lost(sql) }
        return isSuccess
    }

    /// Errors after which reading on makes no sense.
    private func check(_ receipt: Receipt, _ sql: String) throws(DatabaseError) {
        if receipt.isFatal || isBroken { throw receipt.failure.map { lost(because: $0) } ?? lost(sql) }
        guard receipt.size > receipt.limit else { return }
        discard()
        canceller.cancel(handle)
        let limit = receipt.limit
        throw DatabaseError(
            .resultTooLarge(limit: limit), "the result is larger than \(limit) bytes; ask for fewer rows at once", statement: sql)
    }

    /// The server said why before it closed the connection.
    func lost(because failure: DatabaseError) -> DatabaseError {
        discard()
        return DatabaseError(
            .connectionLost, "the connection broke: \(failure.message)", sqlState: failure.sqlState, statement: failure.statement)
    }

    private func receiveSync(_ patience: inout Patience) throws(DatabaseError) {
        guard let result = try nextResult(&patience) else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost() }
    }
}
