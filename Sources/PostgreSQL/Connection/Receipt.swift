import CPostgreSQL

/// Gathers the results of an exchange out of libpq's.
struct Receipt {
    private(set) var results: [StatementResult]
    /// The first error; those after it are its consequences.
    private(set) var failure: DatabaseError?
    /// The server ends the connection.
    private(set) var isFatal = false
    /// Bytes in all results so far.
    private(set) var size = 0
    let limit: Int

    init(count: Int, limit: Int) {
        results = Array(repeating: StatementResult(), count: count)
        self.limit = limit
    }

    /// - Parameter index: which statement's result it is; nil for preparations.
    /// - Returns: whether it is a success.
    mutating func take(_ result: OpaquePointer, into index: Int?, _ sql: String) -> Bool {
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE:
            if let index { appendRow(result, to: index) }
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            if let index { finish(result, index) }
        case PGRES_PIPELINE_ABORTED: return false
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            isFatal = true
            failure = failure ?? DatabaseError(.server(sqlState: "0A000"), "COPY is not supported here", statement: sql)
            return false
        default:
            failure = failure ?? DatabaseError(result, statement: sql)
            isFatal = isFatal || ["FATAL", "PANIC"].contains(result.field(severityField))
            return false
        }
        return true
    }

    private mutating func appendRow(_ result: OpaquePointer, to index: Int) {
        let before = results[index].rows.size
        results[index].rows.append(result)
        size += results[index].rows.size - before
    }

    private mutating func finish(_ result: OpaquePointer, _ index: Int) {
        if results[index].rows.columns.isEmpty { results[index].rows.describe(result) }
        results[index].affected = Int(String(cString: PQcmdTuples(result))) ?? 0
        results[index].command = String(cString: PQcmdStatus(result))
    }
}

extension RowSet {
    mutating func describe(_ result: OpaquePointer) {
        columns = (0..<PQnfields(result)).map { column in
            Column(name: String(cString: PQfname(result, column)), type: PostgresType(oid: PQftype(result, column)))
        }
    }

    /// Copies the one row of `result`.
    mutating func append(_ result: OpaquePointer) {
        if columns.isEmpty { describe(result) }
        count += 1
        for column in 0..<Int32(columns.count) {
            guard PQgetisnull(result, 0, column) == 0, let value = PQgetvalue(result, 0, column) else {
                cells.append(Cell(offset: 0, length: -1))
                continue
            }
            let length = Int(PQgetlength(result, 0, column))
            cells.append(Cell(offset: bytes.count, length: length))
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
        }
    }
}
