/// What the guard of a connection knows, and what it does next; no input or output of its own.
///
/// A connection carries requests one after another and may carry the next before the last is answered. A refusal answers one of
/// them in the API's place: it has to wait until everything before is answered, and nothing may follow it, because what the
/// client sends next can't be told from the rest of what was refused. So a refusal always ends its connection.
struct GuardState {
    enum Action: Equatable {
        /// Let it through to the API.
        case pass
        /// Ask for the body, then let the head through.
        case passAndContinue
        case drop
        /// Answer with the refusal, drop everything after, and close.
        case refuse(Refusal)
        /// Everything is answered already: just close.
        case close
    }

    let bodyLimit: Int
    /// It is a connection more than the engine takes: all it gets is word of that, and of the engine's health.
    var isSurplus = false
    /// Bytes of the body that is being received; `nil` between requests.
    private(set) var received: Int?
    /// Requests let through whose answers are not complete.
    private var unanswered = 0
    /// Whether a part of the oldest unanswered request's answer has gone out.
    private var answering = false
    /// A refusal that waits until no more than so many requests are unanswered.
    private var waiting: (refusal: Refusal, unanswered: Int)?
    private(set) var ended = false

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    /// A request's head came: `length` is what it says of its body, `expectation` its `Expect` field.
    ///
    /// - Parameter asksForHealth: whether it is one that is answered also when there are too many connections.
    mutating func head(length: Int?, expectation: String?, asksForHealth: Bool = false) -> Action {
        guard isOpen else { return .drop }
        if isSurplus, !asksForHealth { return refuse(.crowded, unanswered: unanswered, limit: 0) }
        if let length, length > bodyLimit { return refuse(.tooLarge(limit: bodyLimit), unanswered: unanswered, limit: 0) }
        if let expectation, expectation.lowercased() != "100-continue" {
            return refuse(.expectation(expectation), unanswered: unanswered, limit: 0)
        }
        let first = unanswered == 0
        received = 0
        unanswered += 1
        return expectation != nil && first ? .passAndContinue : .pass
    }

    mutating func body(count: Int) -> Action {
        guard isOpen, let before = received else { return .drop }
        received = before + count
        return before + count > bodyLimit ? refuseCurrent(.tooLarge(limit: bodyLimit)) : .pass
    }

    mutating func end() -> Action {
        guard isOpen, received != nil else { return .drop }
        received = nil
        return .pass
    }

    /// The deadline of the body passed.
    mutating func late() -> Action {
        guard isOpen, received != nil else { return .drop }
        return refuseCurrent(.slow)
    }

    /// The bytes can't be read as a request.
    mutating func unreadable(_ error: any Error) -> Action {
        guard isOpen else { return .drop }
        let refusal = Refusal(unreadable: error)
        return received == nil ? refuse(refusal, unanswered: unanswered, limit: 0) : refuseCurrent(refusal)
    }

    /// A part of an answer is about to go out.
    mutating func answers() -> Action {
        guard !ended else { return .drop }
        answering = true
        return .pass
    }

    /// The last part of an answer has gone out.
    mutating func answered() -> Action {
        unanswered -= 1
        answering = false
        guard let next = waiting, unanswered <= next.unanswered else { return .pass }
        waiting = nil
        ended = true
        return unanswered < next.unanswered ? .close : .refuse(next.refusal)
    }

    /// Whether nothing is under way: the next thing to come is a request's head.
    var isQuiet: Bool { isOpen && unanswered == 0 && received == nil }

    private var isOpen: Bool { !ended && waiting == nil }

    /// Refuses the request whose body is being received.
    private mutating func refuseCurrent(_ refusal: Refusal) -> Action {
        received = nil
        guard unanswered > 0 else {
            ended = true
            return .close
        }
        return refuse(refusal, unanswered: answering ? unanswered + 1 : unanswered, limit: 1)
    }

    private mutating func refuse(_ refusal: Refusal, unanswered count: Int, limit: Int) -> Action {
        guard count <= limit else {
            waiting = (refusal, limit)
            return .drop
        }
        ended = true
        return .refuse(refusal)
    }
}
