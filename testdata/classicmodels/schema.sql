-- The tables of the sample schema 'classicmodels' that this configuration reads and writes, for SQLite. The rows are
-- made up: three customers, three models, some old orders, and what was paid.
CREATE TABLE products (
  productCode VARCHAR(15) PRIMARY KEY, productName VARCHAR(70) NOT NULL, productLine VARCHAR(50) NOT NULL,
  productScale VARCHAR(10) NOT NULL, productVendor VARCHAR(50) NOT NULL, productDescription TEXT NOT NULL,
  quantityInStock SMALLINT NOT NULL, buyPrice DECIMAL(10,2) NOT NULL, MSRP DECIMAL(10,2) NOT NULL);
CREATE TABLE customers (
  customerNumber INTEGER PRIMARY KEY, customerName VARCHAR(50) NOT NULL, contactLastName VARCHAR(50) NOT NULL,
  contactFirstName VARCHAR(50) NOT NULL, phone VARCHAR(50) NOT NULL, addressLine1 VARCHAR(50) NOT NULL,
  addressLine2 VARCHAR(50), city VARCHAR(50) NOT NULL, state VARCHAR(50), postalCode VARCHAR(15),
  country VARCHAR(50) NOT NULL, salesRepEmployeeNumber INTEGER, creditLimit DECIMAL(10,2));
CREATE TABLE orders (
  orderNumber INTEGER PRIMARY KEY, orderDate DATE NOT NULL, requiredDate DATE NOT NULL, shippedDate DATE,
  status VARCHAR(15) NOT NULL, comments TEXT, customerNumber INTEGER NOT NULL REFERENCES customers (customerNumber));
CREATE TABLE orderdetails (
  orderNumber INTEGER NOT NULL REFERENCES orders (orderNumber), productCode VARCHAR(15) NOT NULL REFERENCES products (productCode),
  quantityOrdered INTEGER NOT NULL, priceEach DECIMAL(10,2) NOT NULL, orderLineNumber SMALLINT NOT NULL,
  PRIMARY KEY (orderNumber, productCode));
CREATE TABLE payments (
  customerNumber INTEGER NOT NULL REFERENCES customers (customerNumber), checkNumber VARCHAR(50) NOT NULL,
  paymentDate DATE NOT NULL, amount DECIMAL(10,2) NOT NULL, PRIMARY KEY (customerNumber, checkNumber));

INSERT INTO customers VALUES
  (901, 'Petites Roues S.A.', 'Marchand', 'Odile', '40.55.0100', '9, rue du Port', NULL, 'Nantes', NULL, '44000', 'France', 1370, 20000.00),
  (902, 'Harbor Hobby Co.', 'Quimby', 'Theo', '4155550101', '77 Pier Street', 'Suite 4', 'San Francisco', 'CA', '94111', 'USA', 1166, 5000.00),
  (903, 'Kleinwagen Kabinett', 'Sommer', 'Ute', '+49 69 0102', 'Gartenweg 3', NULL, 'Frankfurt', NULL, '60311', 'Germany', NULL, 0.00);
INSERT INTO products VALUES
  ('T10_0001', '1958 Seaside Roadster', 'Classic Cars', '1:10', 'Quayside Castings', 'Opening doors and bonnet.', 800, 48.81, 95.70),
  ('T18_0002', '1931 Valley Delivery Van', 'Vintage Cars', '1:18', 'Quayside Castings', 'Two-tone, with spare wheel.', 1200, 30.10, 60.25),
  ('T72_0003', '1972 Regional Airliner', 'Planes', '1:72', 'Loft & Wing', 'With stand.', 300, 22.05, 44.99);
-- 10100 is shipped and paid, 10101 is shipped and paid in part, 10102 was cancelled, 10103 waits.
INSERT INTO orders VALUES
  (10100, '2026-01-05', '2026-01-15', '2026-01-09', 'Shipped', NULL, 901),
  (10101, '2026-02-03', '2026-02-13', '2026-02-06', 'Shipped', 'Customer asks for the blue one next time', 902),
  (10102, '2026-02-10', '2026-02-20', NULL, 'Cancelled', 'Ordered twice by mistake', 902),
  (10103, '2026-02-27', '2026-03-10', NULL, 'In Process', NULL, 901);
INSERT INTO orderdetails VALUES
  (10100, 'T10_0001', 20, 85.10, 1), (10100, 'T72_0003', 33, 40.07, 2),
  (10101, 'T18_0002', 50, 55.30, 1), (10102, 'T18_0002', 50, 55.30, 1), (10103, 'T10_0001', 10, 90.00, 1);
INSERT INTO payments VALUES (901, 'CK4401', '2026-01-30', 3024.31), (902, 'CK9001', '2026-02-20', 1000.00);
