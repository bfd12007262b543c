import Ledger
import Logging

/// All calls of the API, over the ledger.
struct API: Sendable {
    let ledger: Ledger
    let recipes: RecipeBook
    /// Rung after a change that may have written commands into the outbox.
    let bell: Bell
    let queries: AgentQueries
    let readiness: Readiness
    let broadcast: CancelBroadcast
    let operations: OperationWatch
    let keys: KeyRing
    let metrics: Metrics
    let logger: Logger
    let seats = StreamSeats()

    var routes: [Route] {
        all.map(once).map(recorded).map(inTurn).map(waiting)
    }

    private var all: [Route] {
        serviceRoutes + hostRoutes + poolRoutes + chainRoutes + leaseRoutes + operationRoutes + blueprintRoutes + agentRoutes
            + siteRoutes + tenantRoutes + keyRoutes + watchingRoutes + holdRoutes
    }
}
