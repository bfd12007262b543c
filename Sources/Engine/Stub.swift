enum Role: String { case viewer, tenant, `operator`, admin }
extension Problem { init?(ledger error: any Error) { return nil } }
