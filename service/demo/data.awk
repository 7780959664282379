# Writes the demo merchant's CSV files into the folder `out`: 3 shops, 12 guides, 300 members, about 1,200
# purchases of the last 300 days before the Unix time `now`. The same `now` gives the same files.
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function day(ago) { return strftime("%Y-%m-%d", now - ago * 86400, 1) }
BEGIN {
    seed = 20260101
    split("West Lake|Riverside|Old Town", shops, "|")
    split("王丽 李娜 张伟 刘洋 陈静 杨帆 赵敏 黄磊 周婷 吴迪 徐佳 孙浩", guides, " ")
    split("小雨 阿明 晓雪 佳佳 子轩 梓涵 浩然 思琪 一诺 欣怡", names, " ")

    file = out "/shops.csv"
    print "shop_id,name,pay_entity,cost_center" > file
    for (s = 1; s <= 3; s++) printf "S%02d,%s,%s,%d\n", s, shops[s], s == 3 ? "Old Town Franchise" : "Demo Retail", 4700 + s > file

    file = out "/guides.csv"
    print "employee_no,name,phone,shop_id,from_date,until_date" > file
    for (g = 1; g <= 12; g++) printf "G%02d,%s,138001380%02d,S%02d,2020-01-01,\n", g, guides[g], g, (g - 1) % 3 + 1 > file

    file = out "/members.csv"
    print "phone,consent_policy_version,name,shop_id,occurred_at,code_of" > file
    for (m = 1; m <= 300; m++) {
        from = m > 20 && random(3) == 0 ? "member:" phone[random(20) + 1] : sprintf("guide:G%02d", random(12) + 1)
        phone[m] = sprintf("139%08d", 10000000 + m * 7919)
        joined[m] = 300 - int(m / 2)
        printf "%s,v1,%s,S%02d,%sT10:00:00+08:00,%s\n", phone[m], names[random(10) + 1], random(3) + 1, day(joined[m]), from > file
    }

    file = out "/purchases.csv"
    print "shop_id,receipt_number,phone,amount_minor,occurred_at" > file
    for (ago = 299; ago >= 1; ago--)
        for (k = 0; k < 4; k++) {
            m = random(300) + 1
            if (joined[m] <= ago) continue
            printf "S%02d,D%06d,%s,%d,%sT%02d:%02d:00+08:00\n", random(3) + 1, ++receipt, phone[m], 1000 + random(90000), day(ago), 10 + k * 2, random(60) > file
        }
}
