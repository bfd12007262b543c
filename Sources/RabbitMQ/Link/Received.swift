/// What the broker says of its own accord, whole: a message comes with its header and body.
enum Received: Sendable {
    /// A confirm for a published message; `multiple`: for all up to it.
    case confirmed(tag: UInt64, multiple: Bool)
    case refused(tag: UInt64, multiple: Bool)
    /// A mandatory message comes back; its confirm follows.
    case returned(Returned)
    case delivered(Delivery)
    case blocked(reason: String)
    case unblocked
    /// The broker ends the subscription.
    case subscriptionCancelled
    /// The answer to our own cancel: nothing more is delivered.
    case subscriptionEnded
}

struct Returned: Sendable {
    let code: Int
    let text: String
    let publishTag: UInt64?
}
