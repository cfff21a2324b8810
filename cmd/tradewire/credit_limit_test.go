package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

// keepsLimits lets people bring limits about; in the ERP they are written into the customer.
func (w *workshop) keepsLimits(where string) {
	w.t.Helper()
	w.staffed()
	w.edit("policies/credit.yaml", "kept: erp ", "kept: "+where+" ")
	if where == "erp" {
		for _, line := range []string{"targets:", "  - name: limit_to_erp", "    connection: erp", "    takes: credit_limit", "    when: limit != nil", "    mapping: limit_to_erp", "    others: ignore",
			"    write:", "      table: CUSM", "      key: CU_NO", "      reference: CU_NO", "      stands: true"} {
			w.edit("pipelines/master_data.yaml", "# "+line, line)
		}
	}
	w.mustRun("lint")
}

// bringAbout lets four people approve a limit of K1.
func (w *workshop) bringAbout(amount string, more ...string) (told string) {
	w.t.Helper()
	w.credits(0, append([]string{"limit", "propose", "K1", "--amount", amount, "--as", "mei", "--reason", "their season begins"}, more...)...)
	w.credits(0, "limit", "agree", "K1", "--as", "lam", "--reason", "three years without a late payment")
	w.credits(0, "limit", "agree", "K1", "--as", "wong", "--reason", "seen")
	return w.credits(0, "limit", "approve", "K1", "--as", "chan", "--reason", "agreed")
}

// limitInERP is the one of a customer there.
func (w *workshop) limitInERP(customer string) string {
	w.t.Helper()
	return w.query("SELECT CAST(CR_LMT AS CHAR) FROM CUSM WHERE CU_NO = '" + customer + "'")[0]
}

func TestALimitThatFourPeopleApprovedIsWrittenToTheERPAndLetsAHeldOrderGo(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.keepsLimits("erp")
		assert.NotContains(t, w.mustRun("doctor"), "must be filled", "no customer is made")
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 1100, nil)) // 11,000.50 of 10,000
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.inERP())

		told := w.bringAbout("HKD 12,000.00", "--until", "2026-12-31")
		assert.Contains(t, told, "proposal K1/1, HKD 12,000.00 until 2026-12-31: approved by chan; see `tradewire credit status K1`")
		assert.Contains(t, w.credits(0, "status", "K1"), "limit of HKD 12,000.00 by proposal 1: proposed by mei, approved by chan on 2026-03-02, until 2026-12-31; the ERP says otherwise, or does not say so yet")
		w.mustRun("run", "--until-idle")
		assert.Equal(t, "12000", strings.TrimSuffix(w.limitInERP("K1"), ".00"))
		assert.Equal(t, "10000", strings.TrimSuffix(w.limitInERP("K2"), ".00"), "nobody else's")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A"}, w.inERP(), "the ERP has said so, and there is room")
		var status struct{ Accounts []accountView }
		require.NoError(t, json.Unmarshal([]byte(w.mustRun("credit", "status", "K1", "--json")), &status))
		assert.Equal(t, "12000.00", *status.Accounts[0].Limit)

		w.bringAbout("11500")
		w.mustRun("run", "--until-idle")
		assert.Equal(t, "11500", strings.TrimSuffix(w.limitInERP("K1"), ".00"), "of two approvals the later one")
		assert.Equal(t, []string{"K1", "K2", "K3"}, w.query("SELECT CU_NO FROM CUSM ORDER BY CU_NO"), "no customer was made")
		assert.Contains(t, w.mustRun("reconcile"), "0 unexplained")
	})
}

func TestALimitThatIsKeptHereCountsAtOnceWhateverTheERPSays(t *testing.T) {
	w := newWorkshop(t)
	w.keepsLimits("here")
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 1100, nil))
	w.inbox(2, ordering("B", 1, 1900, nil))
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.inERP())
	w.bringAbout("HKD 12,000.00")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A"}, w.inERP(), "it goes by itself")
	w.exec("UPDATE CUSM SET CR_LMT = 50000 WHERE CU_NO = 'K1'")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A"}, w.inERP())
	status := w.credits(0, "status", "K1")
	assert.Contains(t, status, "limit of HKD 12,000.00 by proposal 1: proposed by mei, approved by chan on 2026-03-02\n")
	w.bringAbout("HKD 40,000.00", "--temporary", "--until", "2026-03-20")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A", "B"}, w.inERP(), "a temporary one makes room, too")
	assert.Contains(t, w.credits(0, "status", "K1"), "temporary limit of HKD 40,000.00 by proposal 2: proposed by mei, approved by chan on 2026-03-02, until 2026-03-20\n")
	assert.Contains(t, w.limitInERP("K1"), "50000", "nothing of ours is written there")
	w.mustRun("reconcile")
}

func TestWhatIsProposedIsListedToldAndLapses(t *testing.T) {
	w := newWorkshop(t)
	w.keepsLimits("here")
	w.mustRun("run", "--until-idle")
	assert.Equal(t, "no limit was proposed\n", w.credits(0, "limit", "list"))
	assert.Contains(t, w.credits(1, "limit", "agree", "K1", "--as", "lam", "--reason", "seen"), "no such limit was proposed")
	w.refused(2, 6, []string{"--as is missing", "--reason is missing", `"much" is no amount`, `"soon" is not a day`, "--from is for a temporary limit", "2026-01-01 lies in the past"},
		"credit", "limit", "propose", "K1", "--amount", "much", "--from", "2026-01-01", "--until", "soon")
	assert.Contains(t, w.credits(0, "limit", "propose", "K1", "--amount", "12,000", "--as", "mei", "--reason", "their season begins"),
		"proposal K1/1, HKD 12,000.00: proposed by mei; it waits for BRANCH_MANAGER and SALES_MANAGER, until 2026-04-01")
	assert.Contains(t, w.credits(1, "limit", "agree", "K1", "--as", "mei", "--reason", "mine"), "the limit of K1 stays as it is: mei is SALES")
	w.credits(0, "limit", "agree", "K1/1", "--as", "lam", "--reason", "seen")
	w.mustRun("run", "--until-idle")
	all := w.files("alerts/")
	assert.Contains(t, all, "tradewire credit limit agree K1/1 --as YOU --reason WHY")
	assert.Contains(t, all, "信用额度：账户 K1 的第 1 号申请")
	listed := w.credits(0, "limit", "list", "K1")
	for _, says := range []string{"K1/1", "PROPOSED", "SALES_MANAGER", "agreed to by lam on 2026-03-02: seen"} {
		assert.Contains(t, listed, says)
	}

	w.pass("744h")
	w.mustRun("run", "--until-idle")
	var v struct{ Proposals []document.LimitProposal }
	require.NoError(t, json.Unmarshal([]byte(w.credits(0, "limit", "list", "--json")), &v))
	require.Len(t, v.Proposals, 1)
	assert.Equal(t, document.ProposalLapsed, v.Proposals[0].State)
	assert.Contains(t, w.credits(1, "limit", "agree", "K1", "--as", "wong", "--reason", "seen"), "proposal 1 is LAPSED")
}

func TestCase27WhoPostsReceiptsIsNamedByLintRefusedAndReleasesInAnEmergency(t *testing.T) {
	w := newWorkshop(t)
	w.staffed()
	w.edit("policies/credit.yaml", `{roles: [SALES_MANAGER], up_to: "HKD 1,000.50"}`, `{roles: [SALES_MANAGER], duties: [posts_receipts]}`)
	w.refused(2, 1, []string{"policies/credit.yaml:", "duties-conflict", "wong enters receipts in the ERP and releases orders", "give posts_receipts or release to another person"}, "lint")
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 1100, nil))
	w.mustRun("run", "--until-idle")
	assert.Contains(t, w.credits(1, "release", "SO-A", "--as", "wong", "--reason", "pays on Friday"), "segregation of duties: wong enters receipts in the ERP, and nobody who does that releases orders")
	assert.Contains(t, w.credits(0, "release", "SO-A", "--as", "wong", "--reason", "the ship waits", "--override"), "until GENERAL_MANAGER signs")
	assert.Contains(t, w.credits(0, "holds"), "(override)")
	w.credits(0, "release", "SO-A", "--as", "chan", "--reason", "agreed")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A"}, w.inERP())
	assert.Contains(t, w.credits(0, "explain", "SO-A"), "wong signed in an emergency")
	assert.Contains(t, w.mustRun("trace", "SO-A"), "the ship waits; in an emergency")
	assert.Contains(t, w.files("alerts/override_used"), "Order SO-A was released in an emergency")
}

func TestALimitThatNothingWritesToTheERPIsEnteredThereByHand(t *testing.T) {
	w := newWorkshop(t)
	w.staffed()
	w.mustRun("run", "--until-idle")
	assert.Contains(t, w.bringAbout("HKD 12,000.00"), "enter it in the ERP: no target takes a credit_limit")
	assert.Contains(t, w.credits(0, "status", "K1"), "the ERP says otherwise, or does not say so yet")
	w.exec("UPDATE CUSM SET CR_LMT = 12000 WHERE CU_NO = 'K1'")
	w.mustRun("run", "--until-idle")
	assert.Contains(t, w.credits(0, "status", "K1"), "approved by chan on 2026-03-02\n")
}
