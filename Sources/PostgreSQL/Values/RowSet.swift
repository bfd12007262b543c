/// The rows of one statement, copied out of libpq into one block of bytes.
struct RowSet: Sendable {
    struct Column: Sendable {
        let name: String
        let type: PostgresType
    }

    /// Where a value lies in `bytes`; `length` −1 is NULL.
    struct Cell: Sendable {
        let offset: Int
        let length: Int
    }

    var columns: [Column] = []
    var cells: [Cell] = []
    var bytes: [UInt8] = []

    /// Rows have no cells where a statement names no columns (`SELECT FROM …`), so they are counted.
    var count = 0

    /// What the limit of a result counts: values and their bookkeeping.
    var size: Int { bytes.count + cells.count * MemoryLayout<Cell>.stride }

    /// The rows, sharing this set.
    var rows: [Row] {
        let storage = Row.Storage(self)
        return (0..<count).map { Row(storage: storage, index: $0) }
    }
}
