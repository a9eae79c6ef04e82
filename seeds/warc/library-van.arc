filedesc://aldersyke.arc 0.0.0.0 20031117080000 text/plain 86
1 0 Aldersyke Parish Archive
URL IP-address Archive-date Content-type Archive-length


dns:aldersyke.example 192.0.2.7 20031117080001 text/dns 54
20031117080001
aldersyke.example.	3600	IN	A	192.0.2.7

http://aldersyke.example/news/library van.html 192.0.2.7 20031117080002 text/html 929
HTTP/1.0 200 OK
Server: Apache/1.3.9
Content-Type: text/html
Content-Length: 842

<html><head><title>Library van finds a winter home</title>
<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"></head>
<body><h1>Library van finds a winter home</h1>
<p>The library van that serves the villages north of Aldersyke will spend its nights in the old fire station, the parish council decided on Monday.</p>
<p>The van had stood in the open since the depot was sold in the spring, and twice it did not start on a frosty morning. The fire station is dry, and it has a café next door where readers can wait.</p>
<p>Rent is one pound a year. "It is the best bargain this council has ever struck," said the clerk, Ines Holloway, who drove the van herself for eleven years.</p>
<p>The timetable does not change. The van stops at the chapel in Nether Combe on Tuesdays and at the mill on Thursdays.</p>
</body></html>

