import sys, time, os
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import random
from pipe import Api
from play import Play
import words
api = Api(os.environ["MODEL_DESCRIPTORS"])
known = set(api.message("Rule").DESCRIPTOR.fields_by_name)
if "hold_days" not in known:
    import draw
    old_rule = draw.Draw.rule
    def rule(self, name):
        r = old_rule(self, name)
        if r["beneficiary"]=="SELLING_GUIDE": r["beneficiary"]="BUYER"
        r.pop("brackets",0)
        if "fixed_amount" not in r and "rate_bp" not in r: r["fixed_amount"]=7
        return {k:v for k,v in r.items() if k in known}
    draw.Draw.rule = rule
    draw.Draw.sellers = lambda self: []
    draw.Draw.tiers = lambda self: None
    def program(self, day):
        return {"from": day, "inherit": self.chance(0.7), "validity_days":0,"tiers":None, "rules":[self.rule("r%d"%i) for i in range(6)]}
    draw.Draw.program = program
    def fill_program(message, program):
        message.from_date = words.dates.text(program["from"])
        message.inherit_serving_guide = program["inherit"]
        for r in program["rules"]: words.fill_rule(message.rules.add(), r)
    words.fill_program = fill_program
seed = int(sys.argv[1]); steps = int(sys.argv[2]); n=int(sys.argv[3]) if len(sys.argv)>3 else 1
for s in range(seed, seed+n):
    t=time.time(); c=time.process_time()
    p = Play(api, s)
    try:
        done = p.play(steps)
        print(s, done, "%.0f/s" % (done/(time.time()-t)), "cpu %.2f" % (time.process_time()-c), "code", p.pipe.close())
    except Exception as e:
        print("seed", s, type(e).__name__, str(e)[:1800]); 
        p.pipe.kill()
        if type(e).__name__!="Mismatch": raise
