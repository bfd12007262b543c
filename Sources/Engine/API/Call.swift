import Model

/// One request that may be answered: its caller is known and may do it, its body is read.
struct Call: Sendable {
    let id: RequestIdentifier
    /// Whose chains it may touch.
    let scope: Scope
    let caller: Caller?
    /// As it was asked for, without the query.
    let path: String
    let idempotencyKey: IdempotencyKey?
    var accept = Accept(nil)
    /// How long the caller would wait for the end of the work.
    let patience: Duration?
    let precondition: Precondition?
    let parameters: [String: String]
    let query: [String: JSONValue]
    /// The field `Last-Event-ID`: what a stream showed last.
    let lastEvent: String?
    /// It waited for its turn.
    var hasTurn = false
    let body: JSONValue?

    /// The parameter `{id}` of the path; 404 when it is no UUID, because nothing has such a name.
    func identifier<Of>(_ what: String) throws(Problem) -> Identifier<Of> {
        let text = parameters["id"] ?? ""
        guard let id = Identifier<Of>(text) else { throw .notFound("There is no \(what) \(text.prefix(100)).") }
        return id
    }

    /// The fields of the body; none when there is no body.
    func fields() throws(Problem) -> Fields {
        switch body {
        case nil: return Fields([:])
        case .object(let members): return Fields(members)
        case .some: throw Problem(.invalidField, "The body has to be a JSON object.")
        }
    }

    func queryFields() -> Fields {
        Fields(query)
    }

    /// For calls whose query and body say nothing.
    func refuseAnyField() throws(Problem) {
        var query = queryFields()
        try query.complete()
        var fields = try fields()
        try fields.complete()
    }
}
