import CPostgreSQL

// The codes of libpq's error fields (PG_DIAG_…) are macros of characters, which Swift does not import.
let severityField = Int32(UInt8(ascii: "V"))
private let sqlStateField = Int32(UInt8(ascii: "C"))
private let messageField = Int32(UInt8(ascii: "M"))
private let columnField = Int32(UInt8(ascii: "c"))
private let constraintField = Int32(UInt8(ascii: "n"))

extension OpaquePointer {
    /// A field of an error result; empty when it is missing.
    func field(_ code: Int32) -> String {
        PQresultErrorField(self, code).map { String(cString: $0) } ?? ""
    }
}

extension DatabaseError {
    /// Why a statement failed. The server's "detail" is left out: it quotes values.
    init(_ result: OpaquePointer, statement: String?) {
        let state = result.field(sqlStateField)
        let message = result.field(messageField)
        let code = SQLState.code(
            state, constraint: result.field(constraintField), column: result.field(columnField))
        self.init(
            state.isEmpty ? .connectionLost : code, message.isEmpty ? "no reason given" : message,
            sqlState: state.isEmpty ? nil : state, statement: statement)
    }
}
